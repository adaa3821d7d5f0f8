--[[ see_notices: the agent has seen these.
     KEYS[1] hark:{desk:<agent>}
     ARGV  notice ids
     Returns how many of them were there ]]
local bodies = KEYS[1] .. ':notices'
local known = 0
for _, id in ipairs(ARGV) do
  if redis.call('HEXISTS', bodies, id) == 1 then
    redis.call('HSET', bodies, id, '')
    known = known + 1
  end
end
return known
