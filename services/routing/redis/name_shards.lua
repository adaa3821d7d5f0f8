--[[ name_shards: the shards' names, in the order of their numbers. More may come at the end.
     KEYS[1] the first shard's prefix
     ARGV  1 names, space-separated; '' where there is one without a name
     Returns {'ok'} | {'other', names that are known} ]]
local key = KEYS[1] .. ':shards'
local known = redis.call('GET', key) or ''
if known == ARGV[1] then return { 'ok' } end
if known ~= '' and string.sub(ARGV[1], 1, #known + 1) ~= known .. ' ' then return { 'other', known } end
redis.call('SET', key, ARGV[1])
return { 'ok' }
