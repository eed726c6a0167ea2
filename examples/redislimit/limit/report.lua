-- Takes note of how a call has ended. KEYS as in take.lua. ARGV: ticket, whether the call was
-- throttled (1 or 0), and for how long no call is to be made then, in microseconds.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local function text(n) return string.format('%.0f', n) end

for i = 0, #KEYS / 3 - 1 do
  local window = KEYS[3 * i + 1]
  local latest = redis.call('ZSCORE', window, ARGV[1])
  if latest and tonumber(latest) > now then
    redis.call('ZADD', window, text(now), ARGV[1]) -- there is an answer: it has arrived
  end
end
if ARGV[2] == '1' then
  local closed, pause = KEYS[3], tonumber(ARGV[3])
  local before = tonumber(redis.call('GET', closed) or '0')
  if now + pause > before then
    redis.call('SET', closed, text(now + pause), 'PX', text(math.ceil(pause / 1000) + 1))
  end
end
return 0
