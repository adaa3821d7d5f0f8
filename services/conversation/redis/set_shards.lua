--[[ set_shards: tickets of one partition that no routing shard has yet, or that are the leader's shard's own, get another. What is
     not open, is another shard's or has changed hands since that was decided stays as it is, and nothing is told of it.
     For a routing leader whose token is not older than the fence.
     ARGV  1 now  2 fencing token  3 from-states  4... threes of ticket, shard from 1, its holder or ''
     Returns {'ok'} | {'stale_fence', fence} ]]
local fenced = fenced_off(ARGV[2])
if fenced then return fenced end
local own = shard_of(ARGV[2]) + 1
for i = 4, #ARGV, 3 do
  local ticket, shard, holder = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local key = P .. 'tkt:' .. ticket
  local t = redis.call('HMGET', key, 'con', 'state', 'agent', 'shard')
  local open = t[2] and string.find(ARGV[3], t[2], 1, true)
  local ours = not t[4] or tonumber(t[4]) == own
  if open and ours and t[3] == holder then
    redis.call('HSET', key, 'shard', shard)
    emit(45, with_ticket({ 'c', t[1], 't', ticket, 'g', holder }, ticket))
  end
end
return { 'ok' }
