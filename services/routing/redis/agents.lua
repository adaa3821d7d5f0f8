--[[ agents: all records, in no order.
     KEYS[1] the shard's prefix
     Returns {{id, record, presence or false, generation or false, wraps_up_until or false}, ...} ]]
local P = KEYS[1] .. ':'
local out = {}
for i, id in ipairs(redis.call('SMEMBERS', P .. 'agents')) do
  local fields = redis.call('HMGET', P .. 'agent:' .. id, 'record', 'presence', 'generation', 'wraps_up_until')
  out[i] = { id, fields[1], fields[2], fields[3], fields[4] }
end
return out
