--[[ verdicts: puts onto open tickets of one partition what routing found in customers' words. The first verdict stays.
     For a routing leader whose token is not older than the fence.
     ARGV  1 now  2 fencing token  3 from-states  4... pairs of ticket, TicketVerdict bytes
     Returns {'ok'} | {'stale_fence', fence} ]]
local fenced = fenced_off(ARGV[2])
if fenced then return fenced end
for i = 4, #ARGV, 2 do
  local ticket, verdict = ARGV[i], ARGV[i + 1]
  local key = P .. 'tkt:' .. ticket
  local t = redis.call('HMGET', key, 'con', 'state', 'verdict')
  if t[2] and not t[3] and string.find(ARGV[3], t[2], 1, true) then
    redis.call('HSET', key, 'verdict', verdict)
    emit(40, { 'c', t[1], 't', ticket, 'v', verdict })
  end
end
return { 'ok' }
