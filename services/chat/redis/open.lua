--[[ open: finds or makes a visitor's session.
     KEYS  1 prefix of the visitor, "hark:{chat:<account>:<visitor>}"
     ARGV  1 epoch to give a new session  2 seconds that a session without messages lives  3 user who comes, or ''
           4 '1' if a session that is nobody's becomes this user's
     Returns {epoch, first, last, read, introduced} | {'another'}: the session is not this user's, and nobody else may see it ]]
local session = KEYS[1] .. ':session'
local s = redis.call('HMGET', session, 'epoch', 'last', 'read', 'user', 'introduced')
local user = s[4] or ''
if user ~= ARGV[3] and (user ~= '' or ARGV[4] ~= '1') then return { 'another' } end
if not s[1] then
  redis.call('HSET', session, 'epoch', ARGV[1], 'last', '0')
  redis.call('EXPIRE', session, ARGV[2])
end
if ARGV[3] ~= user then redis.call('HSET', session, 'user', ARGV[3]) end
local last = tonumber(s[2] or '0')
return { s[1] or ARGV[1], tostring(last - redis.call('XLEN', KEYS[1] .. ':log') + 1), tostring(last), s[3] or '0',
  s[5] or '' }
