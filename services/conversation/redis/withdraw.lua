--[[ withdraw: a customer was heard: nobody calls them back any more, but who talks to them already. The call in which they were heard
     answers what the calls back were to answer. Whoever was about to dial is told by receipt.lua. Once for each such call; asked
     again, it says the same.
     ARGV  1 now  2 conversation, or one that is part of it  3 entry of the call  4 why, for people  5 seconds to remember
     Returns {'ok', number of calls back withdrawn} ]]
local conversation, call = ARGV[2], ARGV[3]
local heard = P .. 'heard:' .. call .. ':' .. conversation
local first = redis.call('GET', heard)
if first then return { 'ok', first } end
local back, fold = P .. 'back:' .. conversation, P .. 'fold:' .. conversation
local entries = redis.call('SMEMBERS', back)
for _, entry in ipairs(entries) do
  local o = redis.call('HMGET', P .. 'out:' .. entry, 'account', 'settles')
  redis.call('HSET', P .. 'out:' .. entry, 'state', '8')
  redis.call('ZREM', P .. 'outq:' .. o[1], entry)
  redis.call('HSET', fold, entry .. ':d', '8 ' .. now .. ' ' .. ARGV[4])
  for settled in string.gmatch(o[2] or '', '(%S+) %d+') do
    if redis.call('HGET', fold, settled .. ':o') == '2 ' .. entry then redis.call('HSET', fold, settled .. ':o', '2 ' .. call) end
  end
  emit(9, { 'c', conversation, 'e', entry, 'd', '8', 'x', ARGV[4], 'u', o[1] })
end
redis.call('DEL', back)
redis.call('SET', heard, #entries, 'EX', ARGV[5])
return { 'ok', tostring(#entries) }
