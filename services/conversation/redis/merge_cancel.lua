--[[ merge_cancel: forgets a merge whose loser could not be frozen.
     ARGV  1 now  2 survivor  3 loser
     Returns {'ok'} ]]
if redis.call('HGET', P .. 'con:' .. ARGV[2], 'expects') == ARGV[3] then
  redis.call('HDEL', P .. 'con:' .. ARGV[2], 'expects')
  redis.call('SREM', P .. 'sagas', ARGV[3])
  redis.call('DEL', P .. 'saga:' .. ARGV[3])
end
return { 'ok' }
