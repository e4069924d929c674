#!/usr/bin/perl
# Writes what a fuzz target begins with: small inputs that show the form.
# usage: seeds.pl TARGET DIR
use strict;
use warnings;

# Header of an ACPI table with its contents; the target puts the sums right.
sub table {
	my ($signature, $contents) = @_;
	my $length = 36 + length $contents;
	return pack 'a4 V C C a6 a8 V a4 V', $signature, $length, 1, 0, 'SEED', 'SEED', 1, 'SEED', 1
	    if !length $contents;
	return table($signature, '') =~ s/\A(....)..../$1 . pack 'V', $length/sre . $contents;
}

# The MADT comes last: what is read behind it is read behind everything.
sub acpi {
	my $madt = table('APIC', pack 'V V C4 V C4 V C2 x2 V V V', 0xfee00000, 1,
		0, 8, 0, 0, 1, 0, 8, 1, 1, 1, 9, 16, 7, 1, 2);
	my $hpet = table('HPET', pack 'V C C C C Q< C v C', 0x8086a201, 0, 64, 0, 0,
		0xfed00000, 0, 0x80, 0);
	my $facp = table('FACP', "\0" x 40 . pack('V', 0x608) . "\0" x 11 . "\4" . "\0" x 140);
	my $spcr = table('SPCR', pack 'C x3 C4 Q< x28', 0, 1, 8, 0, 0, 0x3e8);
	my $at = 0x1000 + 36 + 36 + 4 * 8;
	my @tables = map { my $here = $at; $at += length; $here } $hpet, $facp, $spcr, $madt;
	return pack('a8 C a6 C V V Q< C x3', 'RSD PTR ', 0, 'SEED', 2, 0, 36, 0x1024, 0)
	    . table('XSDT', pack 'Q<4', @tables) . $hpet . $facp . $spcr . $madt;
}

# Of results.csv: a row with fewer is packed as text, and shows nothing.
sub columns {
	open my $file, '<', 'lib/stream/record.c' or die "lib/stream/record.c: $!\n";
	local $/;
	readline($file) =~ /\[FILE_RESULTS\] = ("bench,.*?"),\n/s or die "no columns of results.csv\n";
	my $names = $1 =~ s/[^a-z0-9_,]//gr;
	return 1 + $names =~ tr/,//;
}

my $row = 'single_op,none,first-bare,pages,64,,ok,,ticks,31,0,,0,4,'
    . join(',', ('0.000') x 15) . ',26,26,26,26,1,,1,546,7,0.000,0.000,0.000,median,0.000';
$row .= ',' x (columns() - 1 - $row =~ tr/,//);
my $stream = "boot\n\@run id-1\n\@progress 1 2 a/b\n\@file results.csv\nx,y\n1,2\n"
    . "\@end results.csv rows=2 crc32=0fb4a1b1\n\@done 0\n";

# The first byte of pack's is the room of a code; a line begins with its file.
my %seeds = (
	acpi    => [acpi()],
	capture => [$stream, $stream =~ s/\n/\r\n/gr],
	config  => [
		"profile = smoke\nonly=single_op/inv*,refill\n# note\npages=0x40\r\n",
		"serial=0x3f8\nafter=debugexit\nselftest.plant=pf,ebs\nrun=a-1\nseed=1",
	],
	pack => [
		"\xff\x08\@run id-1\n\x03$row\n\x03" . $row =~ s/0\.000/1.063/gr . "\n\x08\@done 0\n",
		"\x10\x04" . join("\n\x04", map { $_ * 7 . ',546,' } 1 .. 40),
	],
	log_header => [
		pack('a8 V V a64 Q< V2', 'TLBMSEAL', 3, 128, 'fuzz', length $stream, 0, 0)
		    . "\0" x 32 . $stream,
		"\0" x 128 . pack('Q<', length $stream) . $stream,
	],
	unpack => [
		pack('C2 N C2 n N', 0x54, 1, 1, 1, 1, 3, 0) . "\x12\x34\x56\x78" x 20,
		'+RA9A8*16 50580/NL %QV8OZ5PTUAB941PHJ33S14D DRBEY9BK I9XBJMK7GM2XA.9C8W4E',
	],
);

my ($target, $dir) = @ARGV;
my $number = 0;
for my $seed (@{ $seeds{$target} // [] }) {
	open my $file, '>:raw', "$dir/seed-" . $number++ or die "$dir: $!\n";
	print {$file} $seed;
	close $file or die "$dir: $!\n";
}
