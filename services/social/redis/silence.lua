--[[ silence: the network wants to hear nothing of an account before then. Never shortened.
     KEYS  1 prefix of the account
     ARGV  1 now, us  2 until when, us
     Returns {} ]]
local key, till = KEYS[1] .. ':turn', tonumber(ARGV[2])
if till > math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', key) or '0')) then
  redis.call('SET', key, ARGV[2], 'PX', math.ceil((till - tonumber(ARGV[1])) / 1000) + 60000)
end
return {}
