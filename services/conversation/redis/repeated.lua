--[[ repeated: whether a key was used in this partition. Changes nothing.
     ARGV  1 now  2 key  3 digest
     Returns what it returned then | {'key_reused'} | {'new'} ]]
return repeated(ARGV[2], ARGV[3]) or { 'new' }
