--[[ unmerge_end: points what was given back to where it is now, and forgets the saga.
     ARGV  1 now  2 survivor  3 loser  4 sequence of the first entry there  5 number of entries  6 number of threads
           7 id of the saga
           then entries given back, in order; threads that are the loser's alone; addresses of the loser
     Returns {'ok'} | {'done'} ]]
local survivor, loser, first = ARGV[2], ARGV[3], tonumber(ARGV[4])
local saga = redis.call('HMGET', P .. 'saga:' .. loser, 'key', 'digest', 'id')
if saga[3] ~= ARGV[7] then return { 'ok' } end
local entries, threads = tonumber(ARGV[5]), tonumber(ARGV[6])
for i = 1, entries do
  local entry = ARGV[7 + i]
  redis.call('SET', P .. 'ent:' .. entry, loser .. ' ' .. (first + i - 1))
  if redis.call('EXISTS', P .. 'out:' .. entry) == 1 then
    redis.call('HSET', P .. 'out:' .. entry, 'home', loser)
    redis.call('SREM', P .. 'back:' .. survivor, entry)  -- another person's calls withdraw nothing of theirs
  end
end
for i = 8 + entries, 7 + entries + threads do redis.call('HSET', P .. 'thr:' .. ARGV[i], 'con', loser) end
for i = 8 + entries + threads, #ARGV do redis.call('HDEL', P .. 'adr:' .. survivor, ARGV[i]) end
redis.call('HDEL', P .. 'con:' .. survivor, 'leaving', 'by:' .. loser)
redis.call('SREM', P .. 'sagas', loser)
local parted = P .. 'parted:' .. loser
redis.call('DEL', P .. 'saga:' .. loser, parted, parted .. ':owed', parted .. ':fold')
return remember(saga[1], saga[2], { 'done' })
