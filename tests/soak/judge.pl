# What run.sh promises of every call, whatever is asked of it.
use strict;
use warnings;
use Compress::Zlib qw(crc32);
use POSIX ();

my %signals = (HUP => 1, INT => 2, QUIT => 3, TERM => 15);

sub contents {
	my ($path) = @_;
	open my $file, '<', $path or return undef;
	local $/;
	return readline($file) // '';
}

# What is in a folder, hidden or not.
sub names_in {
	my ($folder) = @_;
	opendir my $handle, $folder or return ();
	my @names = sort grep { !/^\.\.?$/ } readdir $handle;
	return @names;
}

# Lines of a file without the column names; no field looked at here holds a comma.
sub rows_of {
	my ($path) = @_;
	my ($columns, @lines) = split /\n/, contents($path) // '';
	my @names = split /,/, $columns // '';
	return map { my %row; @row{@names} = split /,/, $_, -1; \%row } @lines;
}

# The counts and sums of machine.csv against the files beside it.
sub judge_sums {
	my ($out) = @_;
	my @findings;
	my $machine = contents("$out/machine.csv") // return;
	while ($machine =~ /^file_(.+)_(rows|crc32),(.*)$/mg) {
		my ($name, $what, $announced) = ($1, $2, $3);
		my $text = contents("$out/$name");
		if (!defined $text) {
			push @findings, "$name is announced and not there";
			next;
		}
		my $lines = ($text =~ tr/\n//) - ($name =~ /\.csv$/ ? 1 : 0);
		my $is = $what eq 'rows' ? $lines : sprintf '%08x', crc32($text);
		push @findings, "$name: $what is $is, machine.csv says $announced" if $is ne $announced;
	}
	return @findings;
}

# Whether a row or a verification has failed.
sub failed_here {
	my ($out) = @_;
	return 1 if grep { $_->{status} =~ /^(failed|timeout)$/ } rows_of("$out/results.csv");
	return scalar grep { $_->{verdict} eq 'fail' } rows_of("$out/verify.csv");
}

# A run that ended by itself: all of its files, and the status that they ask for.
sub judge_whole {
	my ($call) = @_;
	my @findings = judge_sums($call->{out});
	for my $name (qw(machine.csv selftest.csv verify.csv results.csv canary.csv summary.txt),
		# Whose time was up on the way home has what the serial line delivered.
		$call->{by_stick} && ($call->{timeout} >= 500 || said($call, 'the time is up; the files')) ?
		'console.txt' : ()) {
		push @findings, "there is no $name" if !-s "$call->{out}/$name";
	}
	return @findings if @findings || $call->{status} == 3;
	my $wanted = failed_here($call->{out}) ? 1 : 0;
	push @findings, "status $call->{status}, where the files say $wanted" if $call->{status} != $wanted;
	return @findings;
}

# What there is of a run that was cut: whole lines under final names, damaged nothing.
sub judge_cut {
	my ($call) = @_;
	my @findings;
	for my $name (names_in($call->{out})) {
		my $text = contents("$call->{out}/$name") // next;
		push @findings, "$name ends within a line" if $name =~ /\.csv$/ && $text ne '' && $text !~ /\n\z/;
	}
	push @findings, judge_sums($call->{out}) if -e "$call->{out}/results.csv";
	return @findings;
}

# Nothing of a run is there: it was refused, or did not begin.
sub judge_none {
	my ($call) = @_;
	my @there = grep { $_ ne 'notes' } names_in($call->{out});
	return @there ? "refused, but there are @there" : ();
}

# The statuses that this call may end with; what its files must be then.
sub judge_status {
	my ($call) = @_;
	my $status = $call->{status};
	if ($call->{killed_at} && $status == 128 + $signals{ $call->{signal} }) {
		# A shell that has not read its script yet can say nothing.
		return () if $call->{kill_after} < 5 && !-s "$call->{scratch}/errors" &&
		    !judge_none($call);
		return (judge_cut($call), said($call, "ended by SIG$call->{signal}"));
	}
	if ($call->{stdout} eq 'closed') {
		return ($status == 3 ? () : "status $status", judge_none($call));
	}
	if ($call->{refused} || $call->{only_says}) {
		my $wanted = $call->{refused} ? 2 : $call->{stdout} eq 'full' ? 3 : 0;
		return ($status == $wanted || $status == 141 ? () : "status $status, not $wanted", judge_none($call));
	}
	# A fault that ends the run, or too little time.
	my $may_be_cut = $call->{timeout} < 500 || grep { /plant=pf/ } @{ $call->{settings} };
	$may_be_cut ||= gave_up_while_overloaded($call) if $status == 4;
	if ($status == 4 && $may_be_cut) {
		return judge_cut($call);
	}
	if ($status == 141 && $call->{stdout} eq 'head') {
		return judge_whole({ %$call, status => 3 });
	}
	return judge_whole($call) if $status < 2;
	if ($status == 3 && $call->{stdout} eq 'full') {
		return (judge_whole($call), said($call, 'cannot write to standard output'));
	}
	return "status $status";
}

sub is_overloaded {
	my ($load) = split / /, contents('/proc/loadavg');
	my $processors = () = (contents('/proc/cpuinfo') // '') =~ /^processor/mg;
	return $load > 3 * $processors;
}

# With so many others on this machine the program may not even start in its time.  That
# is said, and is no finding.
sub gave_up_while_overloaded {
	my ($call) = @_;
	return 0 if !is_overloaded();
	my $errors = contents("$call->{scratch}/errors") // '';
	return 0 if $call->{stderr} eq 'file' && $errors !~ /the time (?:to start )?is up|has not ended after/;
	print "# number $call->{number}: given up, on a machine that has too much to do\n";
	return 1;
}

# One line of what it said on the errors, if anybody could hear it.
sub said {
	my ($call, $text) = @_;
	return () if $call->{stderr} ne 'file';
	return index(contents("$call->{scratch}/errors") // '', $text) >= 0 ? () : "it did not say: $text";
}

sub judge_call {
	my ($call) = @_;
	my @findings = judge_status($call);
	my $errors = contents("$call->{scratch}/errors") // '';
	push @findings, map { "it did not end in time: $_" } @{ $call->{hung} // [] };
	push @findings, "$call->{left} processes were left behind" if $call->{left};
	push @findings, 'TMPDIR is not empty: ' . join ' ', names_in($call->{tmpdir}) if names_in($call->{tmpdir});
	push @findings, 'a file under a name of its own making' if grep { /^\..*\.part$/ } names_in($call->{out});
	push @findings, 'notes of mine are gone' if $call->{out_exists} &&
	    (contents("$call->{out}/notes") // '') ne "mine\n";
	push @findings, 'it stumbled' if $errors =~ /Traceback|[Ss]yntax error|Bad substitution|parameter not set|not found|failed while/;
	push @findings, sprintf 'it took %.0f s to end when killed', $call->{took} - $call->{kill_after}
	    if $call->{killed_at} && $call->{status} > 128 && $call->{took} - $call->{kill_after} > 30;
	return @findings;
}

1;
