--[[ lease: takes messages that are due out of the outbox for a while. A lease that ends without a receipt is due again.
     ARGV  1 now  2 account  3 lease's end  4 id of the leases  5 most
     Returns {time at which the next one is due or '', {entry, OutboundMessage bytes, attempts before} ...} ]]
local queue = P .. 'outq:' .. ARGV[2]
local due = redis.call('ZRANGEBYSCORE', queue, '-inf', now, 'LIMIT', 0, tonumber(ARGV[5]))
local out = { '' }
for _, entry in ipairs(due) do
  local key = P .. 'out:' .. entry
  local message = redis.call('HGET', key, 'm')
  if message then
    local attempts = redis.call('HINCRBY', key, 'attempts', 1) - 1
    redis.call('HSET', key, 'lease', ARGV[4])
    redis.call('ZADD', queue, ARGV[3], entry)
    out[#out + 1] = { entry, message, tostring(attempts) }
  else
    redis.call('ZREM', queue, entry)
  end
end
local next_due = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')
if next_due[2] then out[1] = next_due[2] end
return out
