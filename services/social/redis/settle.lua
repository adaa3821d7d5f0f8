--[[ settle: what became of the piece that was begun.
     KEYS  1 prefix of the account
     ARGV  1 entry  2 '1' the network took it | '0' it certainly did not  3 the network's id, or ''  4 '1' if it was the last piece
           5 customer's address  6 now  7 seconds to remember it
     Returns {} ]]
local key = KEYS[1] .. ':try:' .. ARGV[1]
for echo in string.gmatch(redis.call('HGET', key, 'echoes') or '', '%S+') do
  redis.call('LREM', KEYS[1] .. ':echo:' .. echo, 1, ARGV[1] .. ' ' .. ARGV[4])
end
redis.call('HSET', key, 'begun', '0')
if ARGV[2] ~= '1' then return {} end
redis.call('HINCRBY', key, 'done', 1)
if ARGV[3] ~= '' then redis.call('SET', KEYS[1] .. ':sent:' .. ARGV[3], ARGV[1] .. ' ' .. ARGV[4], 'EX', ARGV[7]) end
if ARGV[4] == '1' then
  local to = KEYS[1] .. ':to:' .. ARGV[5]
  redis.call('ZADD', to, ARGV[6], ARGV[1])
  redis.call('ZREMRANGEBYRANK', to, 0, -257)
  redis.call('EXPIRE', to, ARGV[7])
end
return {}
