--[[ append: puts one item at the end of a visitor's log, once.
     KEYS  1 prefix of the visitor
     ARGV  1 what makes it one item: "c:<client id>" or "e:<entry>"  2 ChatLogRecord bytes  3 epoch to give a new session
           4 most items; the oldest leave the log  5 seconds that a session lives
     Returns {offset, '1' appended | '0' it was there already, epoch of the session} ]]
local session, log, items = KEYS[1] .. ':session', KEYS[1] .. ':log', KEYS[1] .. ':items'
local known = redis.call('HGET', items, ARGV[1])
if known then return { known, '0', redis.call('HGET', session, 'epoch') or '' } end
redis.call('HSETNX', session, 'epoch', ARGV[3])
local epoch = redis.call('HGET', session, 'epoch')
local offset = redis.call('HINCRBY', session, 'last', 1)
redis.call('XADD', log, offset .. '-0', 'r', ARGV[2], 'i', ARGV[1])
redis.call('HSET', items, ARGV[1], offset)
local over = offset > tonumber(ARGV[4]) and redis.call('XLEN', log) - tonumber(ARGV[4]) or 0
if over > 0 then
  for _, old in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', over)) do
    redis.call('HDEL', items, old[2][4])
    redis.call('XDEL', log, old[1])
  end
end
-- Now and then is enough for a life of days: every page that says what it has prolongs it too (mark).
if offset % 16 == 1 then
  for _, key in ipairs({ session, log, items }) do redis.call('EXPIRE', key, ARGV[5]) end
end
return { tostring(offset), '1', epoch }
