--[[ freeze: from here on everything of the loser happens in the survivor's conversation. Its open ticket closes; what it
     is owed stays on record until the survivor takes it over.
     ARGV  1 now  2 loser  3 survivor  4 status entry id  5 its bytes  6 agent  7 id of the saga
     Returns {'ok'} | {'no_conversation'} | {'moved', conversation} | {'moving'} ]]
local loser, survivor = ARGV[2], ARGV[3]
local con = redis.call('HMGET', P .. 'con:' .. loser, 'seq', 'moved', 'expects', 'leaving', 'ticket', 'merge')
if con[2] == survivor or con[6] == ARGV[7] then return { 'ok' } end
-- Refused once is refused for ever: who is told so cancels the saga, and nobody else may carry it on.
local refused = P .. 'refused:' .. ARGV[7]
local why = redis.call('EXISTS', refused) == 1 and { 'moving' } or not con[1] and { 'no_conversation' }
  or con[2] and { 'moved', con[2] } or (con[3] or con[4]) and { 'moving' }
if why then
  redis.call('SET', refused, '1', 'EX', 86400)
  return why
end

local ticket = con[5] or ''
local t = redis.call('HMGET', P .. 'tkt:' .. ticket, 'state', 'agent')
local open = t[1] == 'q' or t[1] == 'a'
local sequence = append(loser, ARGV[4], ARGV[5], open and ticket or '', '')
local fields = { 'c', loser, 'e', ARGV[4], 's', sequence, 'g', ARGV[6], 'x', survivor }
if open then
  redis.call('SREM', P .. 'held:' .. t[2], ticket)
  redis.call('ZREM', P .. 'open', ticket)
  redis.call('HSET', P .. 'tkt:' .. ticket, 'state', 'r', 'agent', '', 'resolved', now, 'carried', t[2])
  redis.call('HDEL', P .. 'tkt:' .. ticket, 'hold', 'hold_until', 'hold_due', 'quiet', 'resolved_by')
  fields[#fields + 1] = 't'
  fields[#fields + 1] = ticket
  with_ticket(fields, ticket)
end
redis.call('HSET', P .. 'con:' .. loser, 'moved', survivor, 'merge', ARGV[7], 'carried', open and ticket or '')
redis.call('ZREM', P .. 'all', loser)
emit(23, fields)
return { 'ok' }
