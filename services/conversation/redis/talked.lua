--[[ talked: a customer and an agent have talked, which answers the call and what its thread was owed before.
     ARGV  1 now  2 conversation  3 entry of the call
     Returns {'ok'} | {'moved', conversation} ]]
local conversation, entry = ARGV[2], ARGV[3]
local elsewhere = moved(conversation)
if elsewhere then return elsewhere end
local owed = field_map(redis.call('HGETALL', P .. 'obl:' .. conversation))
if not owed[entry] then return { 'ok' } end
local sequence, thread = string.match(owed[entry], '^(%d+) (%S*)$')
for other, place in pairs(owed) do
  local s, t = string.match(place, '^(%d+) (%S*)$')
  if t == thread and tonumber(s) <= tonumber(sequence) then settle(conversation, other, '2 ' .. entry) end
end
return { 'ok' }
