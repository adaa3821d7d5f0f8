--[[ append: puts one item at the end of a visitor's log, once.
     KEYS  1 prefix of the visitor
     ARGV  1 what makes it one item: "c:<client id>" or "e:<entry>"  2 ChatLogRecord bytes  3 epoch to give a new session
           4 most items; the oldest leave the log  5 seconds that a session lives
     Returns {offset, '1' appended | '0' it was there already, epoch of the session} ]]
local session, log = KEYS[1] .. ':session', KEYS[1] .. ':log'
local s = redis.call('HMGET', session, ARGV[1], 'epoch', 'last')
if s[1] then return { s[1], '0', s[2] or '' } end
local epoch, offset = s[2] or ARGV[3], tonumber(s[3] or '0') + 1
redis.call('XADD', log, offset .. '-0', 'r', ARGV[2], 'i', ARGV[1])
redis.call('HSET', session, 'last', offset, ARGV[1], offset)
if not s[2] then redis.call('HSET', session, 'epoch', epoch) end
local over = offset > tonumber(ARGV[4]) and redis.call('XLEN', log) - tonumber(ARGV[4]) or 0
if over > 0 then
  for _, old in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', over)) do
    redis.call('HDEL', session, old[2][4])
    redis.call('XDEL', log, old[1])
  end
end
-- Now and then is enough for a life of days: every page that says what it has prolongs it too (mark).
if offset % 16 == 1 then
  for _, key in ipairs({ session, log }) do redis.call('EXPIRE', key, ARGV[5]) end
end
return { tostring(offset), '1', epoch }
