--[[ agents: all records, in no order.
     KEYS[1] the shard's prefix
     Returns {{id, record, presence or false, generation or false, wraps_up_until or false, wrap_up_forced or false,
              channels or false, offers missed or false,
              queues that are paused, a line each, or false}, ...} ]]
local P = KEYS[1] .. ':'
local out = {}
for i, id in ipairs(redis.call('SMEMBERS', P .. 'agents')) do
  local fields = redis.call('HMGET', P .. 'agent:' .. id, 'record', 'presence', 'generation', 'wraps_up_until',
    'wrap_up_forced', 'channels', 'missed', 'paused')
  out[i] = { id, fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], fields[7], fields[8] }
end
return out
