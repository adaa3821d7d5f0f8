--[[ lead: takes or renews the lease of the shard's leader. Each new term has a token higher than all before.
     KEYS[1] the shard's prefix
     ARGV  1 instance  2 lease in ms  3 '1': begins a term, so our own lease of before is replaced
     Returns {1, token} | {0, who leads, ms until that lease ends} ]]
local P = KEYS[1] .. ':'
local held = redis.call('GET', P .. 'leader')
if not held or (ARGV[3] == '1' and string.match(held, '^%d+ (.*)$') == ARGV[1]) then
  local token = redis.call('INCR', P .. 'leader_token')
  redis.call('SET', P .. 'leader', token .. ' ' .. ARGV[1], 'PX', ARGV[2])
  return { 1, token }
end
local token, instance = string.match(held, '^(%d+) (.*)$')
if instance == ARGV[1] then
  redis.call('PEXPIRE', P .. 'leader', ARGV[2])
  return { 1, tonumber(token) }
end
return { 0, instance, redis.call('PTTL', P .. 'leader') }
