--[[ resolve: ends the ticket; over unanswered messages only with a waiver, never over a call that goes on.
     ARGV  1 now  2 key  3 digest  4 ticket  5 agent  6 assignment token  7 from-states  8 '1' if a waiver is given
           9 status entry id  10 its bytes  11 waiver's entry id  12 its bytes  13 disposition
     Returns {'ok', ticket's hash} | {'key_reused'} | {'no_ticket'} | {'illegal', state} | {'stale_assignment', holder}
           | {'on_the_line'} | {'obligations', count} ]]
local key, digest, ticket = ARGV[2], ARGV[3], ARGV[4]
local first = repeated_ticket(key, digest, ticket)
if first then return first end
local refused = refused_transition(ticket, ARGV[7]) or not_holder(ticket, ARGV[6], ARGV[5])
if refused then return refused end

local ticket_key = P .. 'tkt:' .. ticket
local t = field_map(redis.call('HGETALL', ticket_key))
if t['line'] == '1' then return { 'on_the_line' } end
local conversation = t['con']
local owed = redis.call('HKEYS', P .. 'obl:' .. conversation)
if #owed > 0 then
  if ARGV[8] ~= '1' then return { 'obligations', tostring(#owed) } end
  for _, entry in ipairs(owed) do settle(conversation, entry, '3') end
  local sequence = append(conversation, ARGV[11], ARGV[12], ticket, '')
  emit(8, { 'c', conversation, 't', ticket, 'e', ARGV[11], 's', sequence, 'g', ARGV[5] })
end
redis.call('SREM', P .. 'held:' .. t['agent'], ticket)
redis.call('HSET', ticket_key, 'state', 'r', 'agent', '', 'resolved', now, 'disposition', ARGV[13], 'resolved_by', ARGV[5])
redis.call('HDEL', ticket_key, 'hold', 'hold_until', 'hold_due', 'quiet')
redis.call('LREM', P .. 'past:' .. conversation, 1, ticket)
redis.call('RPUSH', P .. 'past:' .. conversation, ticket)
redis.call('ZREM', P .. 'open', ticket)
local sequence = append(conversation, ARGV[9], ARGV[10], ticket, '')
emit(6, { 'c', conversation, 't', ticket, 'e', ARGV[9], 's', sequence, 'g', t['agent'] })
return remember_ticket(key, digest, redis.call('HGETALL', ticket_key))
