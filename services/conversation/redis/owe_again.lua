--[[ owe_again: a message that was sent when its customer was in another conversation did not arrive. What it had settled is
     owed again here, and a ticket is open for it, wished for its author; once for each message.
     ARGV  1 now  2 conversation  3 the message  4 thread  5 agent  6 detail  7 status entry id  8 its bytes  9 ticket id
           10 Ticket bytes (if no ticket is there yet)  11 seconds to remember  then pairs of entry that it still counts as the
           answer to, its sequence
     Returns {'ok'} | {'moved', conversation} | {'moving'} ]]
local conversation, message, thread = ARGV[2], ARGV[3], ARGV[4]
local elsewhere = moved(conversation)
if elsewhere then return elsewhere end
if redis.call('HEXISTS', P .. 'con:' .. conversation, 'leaving') == 1 then return { 'moving' } end
if not redis.call('SET', P .. 'seen:lost:' .. message, '1', 'NX', 'EX', ARGV[11]) then return { 'ok' } end
for i = 12, #ARGV, 2 do
  redis.call('HSET', P .. 'fold:' .. conversation, ARGV[i] .. ':o', '1')
  redis.call('HSET', P .. 'obl:' .. conversation, ARGV[i], ARGV[i + 1] .. ' ' .. thread)
end
put_before_somebody(conversation, ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[5], ARGV[6])
return { 'ok' }
