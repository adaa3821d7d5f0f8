--[[ begin: the next piece of an answer is about to go out; written before its first byte.
     KEYS  1 prefix of the account
     ARGV  1 entry  2 customer's address  3 seconds to remember it  4 '1' if the network drops what comes twice
           5 number of pieces; once all are done, none is begun
           6 the comment that it answers privately, which can be done once, or ''  7 '1' if it is the last piece
           8 seconds to listen for the network's news of it  then the echoes by which that is known
     Returns {pieces done, '1' go | '0' one was begun and nobody knows what became of it | '2' another private answer went there,
              when the customer last wrote or ''} ]]
local key = KEYS[1] .. ':try:' .. ARGV[1]
local t = redis.call('HMGET', key, 'done', 'begun')
local done = t[1] or '0'
local heard = redis.call('GET', KEYS[1] .. ':heard:' .. ARGV[2]) or ''
if ARGV[6] ~= '' then
  local private = KEYS[1] .. ':private:' .. ARGV[6]
  local first = redis.call('GET', private)
  if first and first ~= ARGV[1] then
    local other = redis.call('HMGET', KEYS[1] .. ':try:' .. first, 'done', 'begun')
    if (other[1] or '0') ~= '0' or other[2] == '1' then return { done, '2', heard } end
  end
  redis.call('SET', private, ARGV[1], 'EX', ARGV[3])
end
if t[2] == '1' and ARGV[4] ~= '1' then return { done, '0', heard } end
if tonumber(done) < tonumber(ARGV[5]) then
  redis.call('HSET', key, 'done', done, 'begun', '1', 'echoes', table.concat(ARGV, ' ', 9))
  redis.call('EXPIRE', key, ARGV[3])
  for i = 9, #ARGV do
    local echo = KEYS[1] .. ':echo:' .. ARGV[i]
    redis.call('RPUSH', echo, ARGV[1] .. ' ' .. ARGV[7])
    redis.call('EXPIRE', echo, ARGV[8])
  end
end
return { done, '1', heard }
