--[[ told: conversation has taken the news up to these offsets; forwards only.
     KEYS  1 prefix of the visitor
     ARGV  1 delivered  2 read
     Returns {} ]]
local session = KEYS[1] .. ':session'
local s = redis.call('HMGET', session, 'last', 'told_delivered', 'told_read')
if not s[1] then return {} end
redis.call('HSET', session, 'told_delivered', math.max(tonumber(ARGV[1]), tonumber(s[2] or '0')),
  'told_read', math.max(tonumber(ARGV[2]), tonumber(s[3] or '0')))
return {}
