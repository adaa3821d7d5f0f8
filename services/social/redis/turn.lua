--[[ turn: the next place in an account's pace, which all processes that send for it share; unless it is further away than who asks
     would wait: then none is taken.
     KEYS  1 prefix of the account
     ARGV  1 now, us  2 from one place to the next, us  3 how long they would wait, us
     Returns {'1' it is taken | '0' it is not, when it is, us} ]]
local key, now = KEYS[1] .. ':turn', tonumber(ARGV[1])
local at = math.max(now, tonumber(redis.call('GET', key) or '0'))
if at - now > tonumber(ARGV[3]) then return { '0', string.format('%.0f', at) } end
local free = at + tonumber(ARGV[2])
redis.call('SET', key, string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 60000)  -- clocks differ
return { '1', string.format('%.0f', at) }
