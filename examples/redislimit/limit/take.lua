-- Lets a call go, or says how long it has to wait. All of it happens at one moment of the
-- server's clock. Times are in microseconds.
--
-- KEYS of each rate: window, pace, closed. ARGV: ticket, and of each rate: calls, per, burst,
-- margin.
--
-- A window is a sorted set of the latest calls, each with the time at which it has arrived at the
-- latest. The pace is when the next call is due if no burst is left. Closed is until when the
-- cloud wants no call.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local ticket, wait = ARGV[1], 0
local function text(n) return string.format('%.0f', n) end

for i = 0, #KEYS / 3 - 1 do
  local window, pace, closed = KEYS[3 * i + 1], KEYS[3 * i + 2], KEYS[3 * i + 3]
  local calls, per, burst = tonumber(ARGV[4 * i + 2]), tonumber(ARGV[4 * i + 3]), tonumber(ARGV[4 * i + 4])
  if redis.call('ZSCORE', window, ticket) then
    return 0 -- the same question again, because its answer was lost
  end
  redis.call('ZREMRANGEBYSCORE', window, '-inf', text(now - per))
  local n = redis.call('ZCARD', window)
  if n >= calls then
    local first = redis.call('ZRANGE', window, n - calls, n - calls, 'WITHSCORES')
    wait = math.max(wait, tonumber(first[2]) + per - now)
  end
  local due = tonumber(redis.call('GET', pace) or '0')
  wait = math.max(wait, due - now - (burst - 1) * per / calls)
  wait = math.max(wait, tonumber(redis.call('GET', closed) or '0') - now)
end
if wait > 0 then
  return math.ceil(wait)
end

for i = 0, #KEYS / 3 - 1 do
  local window, pace = KEYS[3 * i + 1], KEYS[3 * i + 2]
  local calls, per, margin = tonumber(ARGV[4 * i + 2]), tonumber(ARGV[4 * i + 3]), tonumber(ARGV[4 * i + 5])
  local keep = text(math.ceil((2 * per + margin) / 1000) + 1000)
  redis.call('ZADD', window, text(now + margin), ticket)
  redis.call('PEXPIRE', window, keep)
  local due = tonumber(redis.call('GET', pace) or '0')
  redis.call('SET', pace, text(math.max(due, now) + per / calls), 'PX', keep)
end
return 0
