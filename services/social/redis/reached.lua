--[[ reached: which answers the network speaks of.
     KEYS  1 prefix of the account
     ARGV  1 the network's id of a message, or ''  2 customer's address, or ''  3 all sent to it before this time, ms
           4 by what it is known if the network has not told us its id yet, or ''  5 seconds to remember the id then
     Returns {"<entry> <1 if it is the answer's last piece>" ...} ]]
local out = {}
if ARGV[1] ~= '' then
  local one = redis.call('GET', KEYS[1] .. ':sent:' .. ARGV[1])
  if one then out[1] = one end
end
if ARGV[2] ~= '' and ARGV[3] ~= '0' then
  local to = KEYS[1] .. ':to:' .. ARGV[2]
  for _, entry in ipairs(redis.call('ZRANGEBYSCORE', to, '-inf', ARGV[3])) do out[#out + 1] = entry .. ' 1' end
end
if #out == 0 and ARGV[4] ~= '' then
  local piece = redis.call('LPOP', KEYS[1] .. ':echo:' .. ARGV[4])
  if piece then
    local echoes = redis.call('HGET', KEYS[1] .. ':try:' .. string.match(piece, '^%S+'), 'echoes') or ''
    for echo in string.gmatch(echoes, '%S+') do redis.call('LREM', KEYS[1] .. ':echo:' .. echo, 1, piece) end
    redis.call('SET', KEYS[1] .. ':sent:' .. ARGV[1], piece, 'EX', ARGV[5])
    out[1] = piece
  end
end
return out
