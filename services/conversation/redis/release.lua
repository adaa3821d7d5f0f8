--[[ release: the ticket is off hold. The caller is its holder (assignment token), or the routing leader when the time of that
     hold has come (fencing token; then the assignment token is ''). One that is not on hold stays as it is.
     ARGV  1 now  2 key  3 digest  4 ticket  5 agent, or '' for whoever acts past the holder  6 assignment token or ''
           7 fencing token  8 from-states  9 end of the hold that is meant, '0' any  10 status entry id  11 its bytes
     Returns {'ok', ticket's hash} | {'key_reused'} | {'stale_fence', fence} | {'no_ticket'} | {'illegal', state}
           | {'stale_assignment', holder} ]]
local key, digest, ticket = ARGV[2], ARGV[3], ARGV[4]
local fenced = ARGV[6] == '' and fenced_off(ARGV[7])
if fenced then return fenced end
local first = repeated_ticket(key, digest, ticket)
if first then return first end
local refused = refused_transition(ticket, ARGV[8])
if not refused and ARGV[6] ~= '' then refused = not_holder(ticket, ARGV[6], ARGV[5]) end
if refused then return refused end

local ticket_key = P .. 'tkt:' .. ticket
local t = redis.call('HMGET', ticket_key, 'con', 'agent', 'hold_until')
if not t[3] or (ARGV[9] ~= '0' and ARGV[9] ~= t[3]) then
  return remember_ticket(key, digest, redis.call('HGETALL', ticket_key))
end
redis.call('HDEL', ticket_key, 'hold', 'hold_until', 'quiet')
local sequence = append(t[1], ARGV[10], ARGV[11], ticket, '')
local why = ARGV[6] == '' and 'due' or ''
-- Whoever holds it may not be there to hear it.
if why == 'due' then redis.call('HSET', ticket_key, 'hold_due', ARGV[10] .. ' ' .. now) end
local fields, all = with_ticket({ 'c', t[1], 't', ticket, 'e', ARGV[10], 's', sequence, 'g', t[2], 'x', why }, ticket)
emit(43, fields)
return remember_ticket(key, digest, all)
