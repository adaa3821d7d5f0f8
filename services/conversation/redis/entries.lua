--[[ entries: items of one timeline that need not stand side by side. Changes nothing.
     ARGV  1 now  2 conversation  3... sequences
     Returns the stream's items ]]
local found = {}
for i = 3, #ARGV do
  local at = ARGV[i] .. '-0'
  found[#found + 1] = redis.call('XRANGE', P .. 'tl:' .. ARGV[2], at, at)[1]
end
return found
