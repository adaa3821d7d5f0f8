--[[ heard: a customer wrote; only ever later.
     KEYS  1 prefix of the account, "hark:{social:<account>}"
     ARGV  1 customer's address  2 when, ms  3 seconds to remember it
     Returns {} ]]
local key = KEYS[1] .. ':heard:' .. ARGV[1]
local before = tonumber(redis.call('GET', key) or '0')
if tonumber(ARGV[2]) > before then redis.call('SET', key, ARGV[2], 'EX', ARGV[3]) end
return {}
