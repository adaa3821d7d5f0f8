--[[ transfer: gives the ticket back to the queue with its age, wished for an agent, skills or a queue. The caller is its holder
     (assignment token), or the routing leader (fencing token; then the assignment token is '').
     ARGV  1 now  2 key  3 digest  4 ticket  5 agent who does it, or ''  6 assignment token or ''  7 fencing token
           8 from-states  9 wanted agent  10 wanted skills, space-separated  11 status entry id  12 its bytes
           13 wanted queue, '' leaves that as it is  14 virtual start in ms, '0' likewise
           15 assignment token of whom routing takes it from, or '': whoever has it
     Returns {'ok', ticket's hash} | {'key_reused'} | {'stale_fence', fence} | {'no_ticket'} | {'illegal', state}
           | {'stale_assignment', holder} ]]
local key, digest, ticket = ARGV[2], ARGV[3], ARGV[4]
local fenced = ARGV[6] == '' and fenced_off(ARGV[7])
if fenced then return fenced end
local first = repeated_ticket(key, digest, ticket)
if first then return first end
local refused = refused_transition(ticket, ARGV[8])
if not refused and ARGV[6] ~= '' then refused = not_holder(ticket, ARGV[6], ARGV[5]) end
if not refused and ARGV[15] ~= '' then refused = not_holder(ticket, ARGV[15], '') end
if refused then return refused end

local ticket_key = P .. 'tkt:' .. ticket
local t = field_map(redis.call('HGETALL', ticket_key))
redis.call('SREM', P .. 'held:' .. t['agent'], ticket)
local declined = t['declined'] or ''
-- Who gives a ticket away does not want it back; whom routing takes it from, being gone, may have it again.
if ARGV[6] ~= '' and t['agent'] ~= '' and t['agent'] ~= ARGV[9] then
  declined = declined == '' and t['agent'] or declined .. ' ' .. t['agent']
end
redis.call('HSET', ticket_key, 'state', 'q', 'agent', '', 'wanted_agent', ARGV[9], 'wanted_skills', ARGV[10], 'declined', declined,
  'queued', now)
redis.call('HDEL', ticket_key, 'hold', 'hold_until', 'hold_due', 'quiet', 'passage')
if ARGV[13] ~= '' then redis.call('HSET', ticket_key, 'wanted_queue', ARGV[13]) end
if ARGV[14] ~= '0' then redis.call('HSET', ticket_key, 'virtual', ARGV[14]) end
local sequence = append(t['con'], ARGV[11], ARGV[12], ticket, '')
emit(5, with_ticket({ 'c', t['con'], 't', ticket, 'e', ARGV[11], 's', sequence, 'g', t['agent'] }, ticket))
return remember_ticket(key, digest, redis.call('HGETALL', ticket_key))
