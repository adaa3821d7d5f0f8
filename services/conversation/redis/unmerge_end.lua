--[[ unmerge_end: points what was given back to where it is now, and forgets the saga.
     ARGV  1 now  2 survivor  3 loser  4 sequence of the first entry there  5 number of entries  6 number of threads
           then entries given back, in order; threads that are the loser's alone; addresses of the loser
     Returns {'ok'} | {'done'} ]]
local survivor, loser, first = ARGV[2], ARGV[3], tonumber(ARGV[4])
local saga = redis.call('HMGET', P .. 'saga:' .. loser, 'key', 'digest')
if not saga[1] then return { 'ok' } end
local entries, threads = tonumber(ARGV[5]), tonumber(ARGV[6])
for i = 1, entries do
  local entry = ARGV[6 + i]
  redis.call('SET', P .. 'ent:' .. entry, loser .. ' ' .. (first + i - 1))
  if redis.call('EXISTS', P .. 'out:' .. entry) == 1 then redis.call('HSET', P .. 'out:' .. entry, 'home', loser) end
end
for i = 7 + entries, 6 + entries + threads do redis.call('HSET', P .. 'thr:' .. ARGV[i], 'con', loser) end
for i = 7 + entries + threads, #ARGV do redis.call('HDEL', P .. 'adr:' .. survivor, ARGV[i]) end
redis.call('HDEL', P .. 'con:' .. survivor, 'leaving')
redis.call('SREM', P .. 'sagas', loser)
local parted = P .. 'parted:' .. loser
redis.call('DEL', P .. 'saga:' .. loser, parted, parted .. ':owed', parted .. ':fold')
return remember(saga[1], saga[2], { 'done' })
