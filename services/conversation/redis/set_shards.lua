--[[ set_shards: tickets of one partition that no routing shard has yet, or that are the leader's shard's own, get another. What is
     not open, is another shard's or has changed hands or wishes since that was decided stays as it is, and nothing is told of it.
     For a routing leader whose token is not older than the fence.
     ARGV  1 now  2 fencing token  3 from-states  4... sevens of ticket, shard from 1, its holder or '', whom it is wanted for or
           '', since when it waits (0: these two are not compared), '1' if whom it was wanted for is forgotten, its
           TicketPassage bytes or ''
     Returns {'ok'} | {'stale_fence', fence} ]]
local fenced = fenced_off(ARGV[2])
if fenced then return fenced end
local own = shard_of(ARGV[2]) + 1
for i = 4, #ARGV, 7 do
  local ticket, shard, holder, wanted, queued = unpack(ARGV, i, i + 4)
  local key = P .. 'tkt:' .. ticket
  local t = redis.call('HMGET', key, 'con', 'state', 'agent', 'shard', 'wanted_agent', 'queued', 'waiting')
  local open = t[2] and string.find(ARGV[3], t[2], 1, true)
  local ours = not t[4] or tonumber(t[4]) == own
  local as_decided = queued == '0' or ((t[5] or '') == wanted and (t[6] or t[7]) == queued)
  if open and ours and t[3] == holder and as_decided then
    redis.call('HSET', key, 'shard', shard)
    if ARGV[i + 5] == '1' then redis.call('HSET', key, 'wanted_agent', '') end
    if ARGV[i + 6] ~= '' then redis.call('HSET', key, 'passage', ARGV[i + 6]) end
    emit(45, with_ticket({ 'c', t[1], 't', ticket, 'g', holder }, ticket))
  end
end
return { 'ok' }
