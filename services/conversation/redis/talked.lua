--[[ talked: a customer and an agent have talked, which answers the call and what its thread was owed before.
     ARGV  1 now  2 conversation  3 entry of the call  4 agent who talked to them  5 status entry that says that calls back were
           withdrawn, or ''  6 its bytes  7 seconds to remember that it was said
     Returns {'ok'} | {'moved', conversation} ]]
local conversation, entry, status = ARGV[2], ARGV[3], ARGV[5]
local elsewhere = moved(conversation)
if elsewhere then return elsewhere end
local owed = field_map(redis.call('HGETALL', P .. 'obl:' .. conversation))
local sequence, thread = string.match(owed[entry] or '', '^(%d+) (%S*)$')
for other, place in pairs(sequence and owed or {}) do
  local s, t = string.match(place, '^(%d+) (%S*)$')
  if t == thread and tonumber(s) <= tonumber(sequence) then settle(conversation, other, '2 ' .. entry) end
end
if status ~= '' and redis.call('SET', P .. 'seen:withdrawn:' .. entry, '1', 'NX', 'EX', ARGV[7]) then
  local ticket = redis.call('HGET', P .. 'con:' .. conversation, 'ticket') or ''
  local said = append(conversation, status, ARGV[6], ticket, '')
  emit(51, { 'c', conversation, 't', ticket, 'e', status, 's', said, 'g', ARGV[4] })
end
return { 'ok' }
