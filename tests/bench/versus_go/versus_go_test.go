// Package versus has the benchmarks of bench_csp that Go's runtime tests lack, work for
// work the same as in tests/bench/csp/bench_csp_many.c and bench_csp_wake.c.
// tests/bench/versus_go.sh builds and runs it.
package versus

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var tasks = flag.Int64("tasks", 1000000, "how many Million and DaisyChain make")

func equal(b *testing.B, what string, got, wanted int64) {
	if got != wanted {
		b.Fatalf("%s: %d where %d are right", what, got, wanted)
	}
}

// There and back between two goroutines: two meetings an op.
func BenchmarkPingPong(b *testing.B) {
	there, back := make(chan int64), make(chan int64)
	go func() {
		for ball := range there {
			back <- ball + 1
		}
		close(back)
	}()
	ball := int64(0)
	for i := 0; i < b.N; i++ {
		there <- ball
		ball = <-back
	}
	equal(b, "hits of the ball", ball, int64(b.N))
	close(there)
	<-back
}

// From here on, VmHWM is the highest from here on.
func forgetPeak() {
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

func peakBytes() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kib, _ := strconv.ParseFloat(fields[1], 64)
			return kib * 1024
		}
	}
	return 0
}

// ns/op is what it takes until all goroutines have come to wait on one channel; drain-ns
// what it takes to send each of them a value, until the last has ended; MB the most memory
// that the process held, B/task its share of a goroutine.
func BenchmarkMillion(b *testing.B) {
	var drain time.Duration
	forgetPeak()
	for i := 0; i < b.N; i++ {
		gate, allThere, allGone := make(chan int64), make(chan int64, 1), make(chan int64, 1)
		var there, gone, sum int64
		for j := int64(0); j < *tasks; j++ {
			go func() {
				if atomic.AddInt64(&there, 1) == *tasks {
					allThere <- 0
				}
				ticket := <-gate
				atomic.AddInt64(&sum, ticket)
				if atomic.AddInt64(&gone, 1) == *tasks {
					allGone <- 0
				}
			}()
		}
		<-allThere
		b.StopTimer()
		start := time.Now()
		for j := int64(0); j < *tasks; j++ {
			gate <- j
		}
		<-allGone
		drain += time.Since(start)
		equal(b, "sum of the tickets", sum, *tasks*(*tasks-1)/2)
		b.StartTimer()
	}
	peak := peakBytes()
	b.ReportMetric(peak/float64(*tasks), "B/task")
	b.ReportMetric(peak/1e6, "MB")
	b.ReportMetric(float64(drain.Nanoseconds())/float64(b.N), "drain-ns")
}

func daisy(left, right chan int64) {
	left <- <-right + 1
}

// Each goroutine waits for its right neighbour and tells the left one, a number higher.
func BenchmarkDaisyChain(b *testing.B) {
	for i := 0; i < b.N; i++ {
		leftmost := make(chan int64)
		left := leftmost
		for j := int64(0); j < *tasks; j++ {
			right := make(chan int64)
			go daisy(left, right)
			left = right
		}
		go func(end chan int64) { end <- 1 }(left)
		equal(b, "flowers of the chain", <-leftmost, *tasks+1)
	}
}

const (
	primes      = 1000
	lastPrime   = 7919
	sumOfPrimes = 3682913
)

func generate(out chan<- int64) {
	for i := int64(2); i <= lastPrime; i++ {
		out <- i
	}
	close(out)
}

func filter(in <-chan int64, out chan<- int64, prime int64) {
	for i := range in {
		if i%prime != 0 {
			out <- i
		}
	}
	close(out)
}

// The first 1000 primes: a goroutine for each of them takes its multiples out.
func BenchmarkSieve(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sum := int64(0)
		c := make(chan int64)
		go generate(c)
		for j := 0; j < primes; j++ {
			prime := <-c
			sum += prime
			next := make(chan int64)
			go filter(c, next, prime)
			c = next
		}
		if _, more := <-c; more {
			b.Fatal("the sieve goes on after the last prime")
		}
		equal(b, "sum of the primes", sum, sumOfPrimes)
	}
}
