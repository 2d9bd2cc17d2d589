using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Units;

public sealed class HexAndIdTests
{
    private static readonly Gen<byte[]> Word = Gen.Byte.Array[Hash32.Length];
    private static readonly Gen<byte[]> Twenty = Gen.Byte.Array[EthAddress.Length];

    [Fact]
    public void Any_bytes_are_written_and_read_again() => Gen.Byte.Array[0, 80].Sample(bytes =>
    {
        Hex.Decode(Hex.Encode(bytes)).Should().Equal(bytes);
        Hex.Decode(Hex.Encode(bytes)[2..].ToUpperInvariant()).Should().Equal(bytes);
    });

    [Theory]
    [InlineData(null)]
    [InlineData("0x0")]
    [InlineData("0xg0")]
    [InlineData("0x00 ")]
    [InlineData("0x0x")]
    [InlineData("x0")]
    [InlineData("0x00-1")]
    [InlineData("0x\u0661\u0661")]
    public void What_is_not_hex_is_refused_and_leaves_no_bytes(string? text)
    {
        var isRead = Hex.TryDecode(text, out var bytes);

        isRead.Should().BeFalse();
        bytes.Should().BeEmpty();
    }

    [Fact]
    public void A_hash_is_written_and_read_again() => Word.Sample(bytes =>
    {
        var hash = new Hash32(bytes);
        var destination = new byte[Hash32.Length];
        hash.WriteTo(destination);

        hash.ToBytes().Should().Equal(bytes);
        destination.Should().Equal(bytes);
        Hash32.Parse(hash.ToString()).Should().Be(hash);
        (Hash32.TryParse(hash.ToString(), out var read), read).Should().Be((true, hash));
        hash.IsZero.Should().Be(bytes.All(value => value == 0));
    });

    [Fact]
    public void An_address_is_written_and_read_again() => Twenty.Sample(bytes =>
    {
        var address = new EthAddress(bytes);

        address.ToBytes().Should().Equal(bytes);
        address.ToWord().ToBytes().Should().Equal([.. new byte[12], .. bytes]);
        EthAddress.Parse(address.ToString()).Should().Be(address);
        EthAddress.Parse(address.ToString().ToLowerInvariant()).Should().Be(address);
        (EthAddress.TryParse(address.ToString(), out var read), read).Should().Be((true, address));
    });

    [Fact]
    public void Hashes_and_addresses_are_ordered_as_their_bytes_are()
    {
        Gen.Select(Word, Word).Sample((left, right) =>
            Sign(new Hash32(left), new Hash32(right)).Should().Be(Sign(left, right)));
        Gen.Select(Twenty, Twenty).Sample((left, right) =>
            Sign(new EthAddress(left), new EthAddress(right)).Should().Be(Sign(left, right)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public void Only_the_right_length_is_taken(int length)
    {
        var bytes = new byte[length];
        var text = Hex.Encode(bytes);

        Works(() => new Hash32(bytes)).Should().Be(length == 32);
        Works(() => Hash32.Parse(text)).Should().Be(length == 32);
        Hash32.TryParse(text, out _).Should().Be(length == 32);
        Works(() => new EthAddress(bytes)).Should().Be(length == 20);
        Works(() => EthAddress.Parse(text)).Should().Be(length == 20);
        EthAddress.TryParse(text, out _).Should().Be(length == 20);
    }

    [Fact]
    public void The_default_is_zero()
    {
        default(Hash32).Should().Be(new Hash32(new byte[32]));
        default(EthAddress).Should().Be(new EthAddress(new byte[20]));
        (default(Hash32).IsZero, default(EthAddress).IsZero).Should().Be((true, true));
    }

    private static int Sign<T>(T left, T right)
        where T : IComparable<T> => Math.Sign(left.CompareTo(right));

    private static int Sign(byte[] left, byte[] right) => Math.Sign(left.AsSpan().SequenceCompareTo(right));

    private static bool Works<T>(Func<T> make)
    {
        try
        {
            make();
            return true;
        }
        catch (Exception refused) when (refused is FormatException or ArgumentException)
        {
            return false;
        }
    }
}
