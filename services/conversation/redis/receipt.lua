--[[ receipt: what became of an attempt, or of a message later. Delivery only moves forward by rank.
     ARGV  1 now  2 entry  3 lease id, or '' for news that belong to no attempt (a bounce)  4 new state (number of
           DeliveryState)  5 detail  6 time to try again (state 1)  7 channel + native id of the report, or ''
           8 seconds to remember it  then pairs of blob id, content
     Returns {'ok'} | {'known'} (nothing to change) | {'no_entry'} ]]
local entry, lease, state, detail = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local key = P .. 'out:' .. entry
local o = redis.call('HMGET', key, 'con', 'account', 'state', 'lease')
if not o[1] then return { 'no_entry' } end
if ARGV[7] ~= '' then
  if redis.call('EXISTS', P .. 'seen:' .. ARGV[7]) == 1 then return { 'known' } end
  redis.call('SET', P .. 'seen:' .. ARGV[7], cmsgpack.pack({ entry, '0', '', '0', o[1], '' }), 'EX', ARGV[8])
end
store_blobs(9)
local conversation, account, before = o[1], o[2], tonumber(o[3])
local changed = false

if state == 1 then
  -- Try again later; only the current lease may say so.
  if lease ~= '' and lease ~= o[4] then return { 'known' } end
  if lease ~= '' then redis.call('ZADD', P .. 'outq:' .. account, ARGV[6], entry) end
  changed = before == 1 and detail ~= ''
  if changed then redis.call('HSET', P .. 'fold:' .. conversation, entry .. ':d', '1 ' .. now .. ' ' .. detail) end
else
  -- sent 2, delivered 3, read 4 by rank; failed 5, bounced 6, unknown 7 end the attempt. A bounce beats everything but a
  -- bounce; a late "sent" from an expired lease beats unknown and failed.
  local rank = { [1] = 0, [7] = 1, [5] = 1, [2] = 2, [3] = 3, [4] = 4, [6] = 5 }
  if rank[state] > rank[before] then
    changed = true
    redis.call('HSET', key, 'state', state)
    redis.call('HSET', P .. 'fold:' .. conversation, entry .. ':d', state .. ' ' .. now .. ' ' .. detail)
  end
  redis.call('ZREM', P .. 'outq:' .. account, entry)
end
if changed then
  emit(9, { 'c', conversation, 'e', entry, 'd', state, 'x', detail, 'u', account })
end
return { changed and 'ok' or 'known' }
