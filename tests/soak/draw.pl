# What one call of the soak is: everything in it follows from the seed and its number.
use strict;
use warnings;
use Digest::MD5 qw(md5);

# Numbers that are the same with every version of Perl.
my ($stream, $place);

sub begin_drawing {
	($stream, $place) = ("@_", 0);
}

sub below {
	my ($limit) = @_;
	return unpack('N', md5("$stream " . $place++)) % $limit;
}

sub one_in {
	my ($times) = @_;
	return below($times) == 0;
}

sub one_of {
	return $_[ below(scalar @_) ];
}

my @names = ('plain', 'two  words', 'a,b', 'c@@16M', 'd$HOME', 'back\\slash', '-dash', 'e:f',
	"it's", 'q"q', '*', '[x]', 'stra' . "\xc3\x9f" . 'e', ' blank', '#', '%s%n', '~', '@file', '&&', 'a;b');
my @runs = ('r', '-abc', '_', 'a-b-c', 'R' x 63, 'con', 'Latest', '00');
my @models = qw(max max max qemu64 EPYC Haswell Skylake-Server Nehalem Opteron_G5 core2duo);
my @benchmarks = qw(single_op/invlpg single_op/invlpg single_op/cr3_reload refill/invlpg single_op/inv*);

# Settings that run.sh or the program must refuse.
my @refused = (
	'pages=4097', 'raw=2', 'color=red', 'transport=flash', 'after=never', 'serial=com9', 'run=../x',
	'run=latest', 'run=reference', 'run=' . 'R' x 64, 'run=', "seed=1\nraw=1", 'seed=1#x', 'seed',
	'only=a b', 'profile=fast', 'transport=ram,screen', 'countdown=3601', 'run=a.b',
);
my @refused_options = (
	['-c', '0'], ['-c', '256'], ['--memory', '1G'], ['-a', 'hvf'], ['--disk', 'floppy'], ['--bogus'],
	['word'], ['-o', ''], ['--timeout', '0'], ['--firmware', '/nowhere'], ['-e', 'bochs', '-a', 'tcg'],
	['-a', 'icount', '-c', '2', '--disk', 'usb'], ['-a', 'icount', '-c', '3', '--disk', 'nvme'],
	['--set', 'serial=com2', '--set', 'transport=serial'], ['-o'],
);

sub draw_machine {
	my ($call) = @_;
	my $accel = one_of(qw(tcg tcg tcg icount));
	my $cpus = one_of(1, 1, 1, 2, 2, 3, 4);
	my $disk = one_of(qw(virtio virtio usb ahci nvme));
	$disk = 'virtio' if $accel eq 'icount' && $cpus > 1;
	return ('-a', $accel, '-c', $cpus, '--disk', $disk, '--cpu', one_of(@models),
		'--machine', one_of(qw(q35 pc)), '--memory', one_of(128, 192, 256, 512, 777));
}

sub draw_settings {
	my ($call) = @_;
	my @settings;
	my $ways = one_of('', '', '', 'serial', 'serial', 'ram', 'auto', 'serial,ram', ' ram , ram', 'ram,serial,ram',
		'nvram', 'serial,serial');
	my $serial = one_of('', '', '', '', 'auto', 'com1', '0x3F8', $ways =~ /^[serial,]+$/ ? () : ('none', 'com2'));
	push @settings, "transport=$ways" if $ways ne '';
	push @settings, "serial=$serial" if $serial ne '';
	push @settings, 'run=' . one_of(@runs) if one_in(4);
	push @settings, 'pages=' . one_of(0, 1, 64, 300) if one_in(5);
	push @settings, 'seed=' . below(1 << 30) if one_in(3);
	push @settings, 'raw=1' if one_in(6);
	push @settings, 'cpus=' . one_of(0, 1, 2) if one_in(6);
	push @settings, 'after=shutdown' if one_in(12);
	push @settings, 'profile=quick' if one_in(20);
	push @settings, 'selftest.break=invlpg' if one_in(15);
	push @settings, 'selftest.plant=' . one_of(qw(pf mute_cpu memory irq ebs)) if one_in(12);
	$call->{settings} = \@settings;
	$call->{by_stick} = $ways !~ /^(?:serial,?)+$/;
	return map { ('--set', $_) } @settings;
}

sub draw_surroundings {
	my ($call) = @_;
	$call->{tmpname} = 'tmp/' . one_of(@names);
	$call->{outname} = one_of(@names, 'a/b/c');
	$call->{out_exists} = one_in(4);
	$call->{stdout} = one_of(('file') x 12, 'full', 'closed', 'head');
	$call->{stderr} = one_of(('file') x 16, 'full', 'closed');
	$call->{stdin} = one_of(('null') x 6, 'closed');
	$call->{environment} = one_of({}, {}, {}, { LC_ALL => 'tr_TR.UTF-8' },
		{ LC_ALL => 'de_DE.UTF-8', LANGUAGE => 'de' }, { CDPATH => '/usr:/tmp' },
		{ POSIXLY_CORRECT => 1 }, { MAKEFLAGS => 'n' }, { LANG => 'C.UTF-8', IFS => 'a' });
}

sub draw_end {
	my ($call) = @_;
	$call->{timeout} = one_in(10) ? one_of(1, 3, 8, 15, 25) : 500;
	if (one_in(4)) {
		$call->{signal} = one_of(qw(TERM TERM INT HUP QUIT));
		# Those of a terminal go to all, INT for one that was started in the
		# background to none.
		$call->{kill_group} = one_in(3);
		$call->{kill_after} = one_in(2) ? below(3000) / 1000 : below(25000) / 1000;
	}
	# A loaded machine, a way home, a report that is not drawn.
	$call->{most_seconds} = $call->{timeout} + 240;
}

sub draw_call {
	my ($seed, $number) = @_;
	begin_drawing($seed, $number);
	my $call = { seed => $seed, number => $number };
	my @options = ('-p', 'smoke', '--no-report', draw_machine($call));
	push @options, '--only', one_of(@benchmarks);
	push @options, draw_settings($call);
	# Firmware of a pc keeps no variables, and there is no other way.
	$call->{refused} = 1 if "@options" =~ /--machine pc / && "@options" =~ /transport=nvram/;
	draw_surroundings($call);
	draw_end($call);
	push @options, '-v' if one_in(8);
	push @options, '--timeout', $call->{timeout}, '-o', $call->{outname};
	if (one_in(8)) {
		push @options, one_in(2) ? ('--set', one_of(@refused)) : @{ one_of(@refused_options) };
		$call->{refused} = 1;
	} elsif (one_in(12)) {
		push @options, one_of('--dry-run', '--help');
		$call->{only_says} = 1;
		# Help is given whatever else is asked for.
		delete $call->{refused} if $options[-1] eq '--help';
	}
	$call->{options} = \@options;
	return $call;
}

sub describe_call {
	my ($call) = @_;
	my @words = map { my $word = $_; $word =~ s/'/'\\''/g; "'$word'" } @{ $call->{options} };
	my $kill = $call->{signal} ? sprintf('SIG%s after %.1f s%s', $call->{signal}, $call->{kill_after},
		$call->{kill_group} ? ' to the group' : '') : 'none';
	my $environment = join ' ', map { "$_=$call->{environment}{$_}" } sort keys %{ $call->{environment} };
	return "run.sh @words; TMPDIR: $call->{tmpname}; environment: $environment; " .
	    "input $call->{stdin}, output $call->{stdout}, errors $call->{stderr}; kill: $kill";
}

1;
