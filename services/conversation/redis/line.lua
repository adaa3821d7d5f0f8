--[[ line: a call of one who is part of this conversation goes on, or is over.
     ARGV  1 now  2 conversation  3 the part of it that the call came through  4 entry of the call  5 '1' if it goes on
           6 name of its state  7 agent, or ''  8 channel  9 account
     Returns {'ok'} | {'moved', conversation} | {'moving'} (it is not a part of it yet, or no more) ]]
local conversation, entry = ARGV[2], ARGV[4]
local con = redis.call('HMGET', P .. 'con:' .. conversation, 'moved', 'parts')
if con[1] then return { 'moved', con[1] } end
if not has_word(con[2], ARGV[3]) then return { 'moving' } end
local changed = on_the_line(conversation, entry, ARGV[5] == '1')
if changed then
  emit(50, with_ticket({ 'c', conversation, 't', changed, 'e', entry, 'g', ARGV[7], 'x', ARGV[6], 'h', ARGV[8], 'u', ARGV[9] }, changed))
end
return { 'ok' }
