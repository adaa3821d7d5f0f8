--[[ mark: how far a visitor's page has come; forwards only, and never beyond the log.
     KEYS  1 prefix of the visitor
     ARGV  1 delivered  2 read  3 seconds that a session lives
     Returns {delivered, read, told_delivered, told_read, {offset, ChatLogRecord bytes} ...}: the items whose news
             conversation may not have yet; {} without a session ]]
local session, log = KEYS[1] .. ':session', KEYS[1] .. ':log'
local s = redis.call('HMGET', session, 'last', 'delivered', 'read', 'told_delivered', 'told_read')
if not s[1] then return {} end
local last = tonumber(s[1])
local read = math.min(last, math.max(tonumber(ARGV[2]), tonumber(s[3] or '0')))
local delivered = math.min(last, math.max(tonumber(ARGV[1]), tonumber(s[2] or '0'), read))
redis.call('HSET', session, 'delivered', delivered, 'read', read)
if last > 0 then
  for _, key in ipairs({ session, log }) do redis.call('EXPIRE', key, ARGV[3]) end
end
local told_delivered, told_read = tonumber(s[4] or '0'), tonumber(s[5] or '0')
local out = { tostring(delivered), tostring(read), tostring(told_delivered), tostring(told_read) }
local from = told_read + 1
if read <= told_read then from = told_delivered + 1 end
if from <= delivered then
  for _, item in ipairs(redis.call('XRANGE', log, from .. '-0', delivered .. '-0')) do
    out[#out + 1] = { string.match(item[1], '^%d+'), item[2][2] }
  end
end
return out
