--[[ freeze: from here on everything of the loser happens in the survivor's conversation. Its open ticket closes; what it
     is owed stays on record until the survivor takes it over.
     ARGV  1 now  2 loser  3 survivor  4 status entry id  5 its bytes  6 agent
     Returns {'ok'} | {'no_conversation'} | {'moved', conversation} | {'moving'} ]]
local loser, survivor = ARGV[2], ARGV[3]
local con = redis.call('HMGET', P .. 'con:' .. loser, 'seq', 'moved', 'expects', 'leaving', 'ticket')
if con[2] == survivor then return { 'ok' } end
if not con[1] then return { 'no_conversation' } end
if con[2] then return { 'moved', con[2] } end
if con[3] or con[4] then return { 'moving' } end

local ticket = con[5] or ''
local t = redis.call('HMGET', P .. 'tkt:' .. ticket, 'state', 'agent')
local open = t[1] == 'q' or t[1] == 'a'
local sequence = append(loser, ARGV[4], ARGV[5], open and ticket or '', '')
local fields = { 'c', loser, 'e', ARGV[4], 's', sequence, 'g', ARGV[6], 'x', survivor }
if open then
  redis.call('SREM', P .. 'held:' .. t[2], ticket)
  redis.call('ZREM', P .. 'open', ticket)
  redis.call('HSET', P .. 'tkt:' .. ticket, 'state', 'r', 'agent', '', 'resolved', now, 'carried', t[2])
  fields[#fields + 1] = 't'
  fields[#fields + 1] = ticket
  with_ticket(fields, ticket)
end
redis.call('HSET', P .. 'con:' .. loser, 'moved', survivor, 'carried', open and ticket or '')
redis.call('ZREM', P .. 'all', loser)
emit(23, fields)
return { 'ok' }
