# Sidekiq for tests/prove/queue: `ruby sidekiq_jobs.rb work|enqueue PORT COUNT < job.json`. Sidekiq's own program loads this file again.
require "sidekiq"
require "json"

what, port, count = ARGV[0] == "work" || ARGV[0] == "enqueue" ? ARGV : ["run", ENV["JOBS_PORT"], ENV["JOBS_COUNT"]]
address = { url: "redis://127.0.0.1:#{port}/0" }

def say(word)
  puts "#{word} #{Process.clock_gettime(Process::CLOCK_MONOTONIC)}"
  $stdout.flush
end

class Investigation
  include Sidekiq::Worker
  @lock = Mutex.new
  @done = 0

  def self.note_done
    @lock.synchronize { say("done") if (@done += 1) == Integer(ENV["JOBS_COUNT"]) }
  end

  def perform(job)
    { job_id: job["job_id"], number: job["number"], attempt: job["attempt"], outcome: "succeeded" }
    Investigation.note_done
  end
end

case what
when "work"
  ENV["JOBS_PORT"], ENV["JOBS_COUNT"] = port, count
  exec("sidekiq", "-r", File.expand_path(__FILE__))
when "run"
  Sidekiq.configure_server do |config|
    config.redis = address
    config.logger.level = Logger::WARN
    config.on(:startup) { say("ready") }
  end
else
  Sidekiq.configure_client { |config| config.redis = address }
  job = JSON.parse($stdin.read)
  Sidekiq.redis(&:ping)
  say("begun")
  (0...Integer(count)).each_slice(1_000) do |numbers|
    Sidekiq::Client.push_bulk("class" => Investigation, "args" => numbers.map { |number| [job.merge("number" => number)] })
  end
end
