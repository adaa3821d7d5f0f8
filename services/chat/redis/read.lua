--[[ read: what a visitor's log holds after an offset.
     KEYS  1 prefix of the visitor
     ARGV  1 offset  2 most items
     Returns {epoch or '' if there is no session, first, last, read, {offset, ChatLogRecord bytes} ...} ]]
local session, log = KEYS[1] .. ':session', KEYS[1] .. ':log'
local s = redis.call('HMGET', session, 'epoch', 'last', 'read')
local last = tonumber(s[2] or '0')
local out = { s[1] or '', tostring(last - redis.call('XLEN', log) + 1), tostring(last), s[3] or '0' }
for _, item in ipairs(redis.call('XRANGE', log, (tonumber(ARGV[1]) + 1) .. '-0', '+', 'COUNT', ARGV[2])) do
  out[#out + 1] = { string.match(item[1], '^%d+'), item[2][2] }
end
return out
