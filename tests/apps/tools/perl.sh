#!/bin/sh
# about: perl
# root: tools
# timeout: 300

perl -e 'print "hello $]\n" =~ s/5\..*/5/r, "\n"'
perl -e 'my %h; $h{$_ % 7}++ for 1..1000; print join(",", map {"$_=$h{$_}"} sort keys %h), "\n"'
perl -ne 'print if /root/' /etc/passwd
perl -e 'open(F, ">", "f"); print F "line $_\n" for 1..5; close F; open(F, "f"); my @l = <F>; print scalar(@l), $l[-1]'
perl -e 'my $p = fork; if (!$p) { exit 3 } waitpid($p, 0); print $? >> 8, "\n"'
perl -e 'pipe(R, W); if (!fork) { close R; print W "through\n"; exit } close W; print <R>; wait'
perl -e '$SIG{ALRM} = sub { print "alarm\n"; exit 0 }; alarm 1; select(undef, undef, undef, 100); print "late\n"'
perl -e 'local $SIG{USR1} = sub { print "usr1\n" }; kill USR1 => $$; print `echo backticks`'
perl -MPOSIX -e 'print POSIX::floor(3.7), " ", strftime("%Y", gmtime(0)), " ", POSIX::sysconf(_SC_PAGESIZE) > 0 ? "page\n" : "no\n"'
perl -MFile::Temp=tempfile -MFile::Find -e 'my ($h, $n) = tempfile(UNLINK => 1); print $h "x"; print -e $n ? "temp\n" : "none\n"; find(sub { $c++ }, "/etc"); print $c > 3 ? "found\n" : "few\n"'
perl -MSocket -e 'socketpair(A, B, AF_UNIX, SOCK_STREAM, PF_UNSPEC); syswrite(A, "sock"); sysread(B, $x, 10); print "$x\n"'
perl -MDigest::SHA=sha256_hex -e 'print sha256_hex("abc"), "\n"'
perl -e 'my @a = sort { $a <=> $b } map { ($_ * 7919) % 10007 } 1..10000; print "$a[0] $a[-1] $a[5000]\n"'
perl -e 'opendir(D, "/proc/self/fd"); print grep(/^[012]$/, readdir D) . "\n"; flock(STDIN, 2); print -t STDIN ? 1 : 0, "\n"; die "dying\n"' ; echo $?
