using System.Security.Cryptography;
using System.Text;
using CsCheck;
using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Ethereum;

public sealed class SignatureTests
{
    private static readonly ManagedSecp256k1 Managed = new();

    // Where libsecp256k1 is not installed, the comparisons below compare BouncyCastle with itself; tools/test installs
    // it where it can, and then demands it.
    private static readonly ISecp256k1Backend Native = NativeSecp256k1.TryLoad() ?? (ISecp256k1Backend)Managed;

    private static readonly PrivateKey Eip2098Key = PrivateKey.FromBytes(
        Hex.Decode("0x1234567890123456789012345678901234567890123456789012345678901234"));

    [Theory]
    [InlineData(
        "Hello World",
        "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90"
        + "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064")]
    [InlineData(
        "It's a small(er) world",
        "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76"
        + "939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793")]
    public void Compact_signatures_are_those_of_EIP_2098(string message, string compact)
    {
        var digest = Keccak256.Hash($"\u0019Ethereum Signed Message:\n{message.Length}{message}");

        var signature = Eip2098Key.Sign(digest);

        Hex.Encode(signature.ToCompact()).Should().Be(compact);
        EthSignature.TryFromCompact(Hex.Decode(compact), out var read).Should().BeTrue();
        read.Should().Be(signature);
        Secp256k1.Recover(digest, read).Should().Be(Eip2098Key.Address);
    }

    [Fact]
    public void The_two_that_are_compared_are_two_where_the_test_run_demands_it()
    {
        var isDemanded = Environment.GetEnvironmentVariable("MKT_TEST_NATIVE_SECP256K1") == "required";

        (Native is NativeSecp256k1).Should().Be(isDemanded || NativeSecp256k1.TryLoad() is not null);
    }

    [Fact]
    public void Nonces_are_those_of_RFC_6979()
    {
        byte[] one = [.. new byte[31], 1];
        var digest = new Hash32(SHA256.HashData(Encoding.ASCII.GetBytes("Satoshi Nakamoto")));
        const string expected = "0x934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
            + "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5";

        foreach (var backend in new[] { Managed, Native })
        {
            var signature = backend.Sign(one, digest);

            Hex.Encode([.. signature.R.ToBytes(), .. signature.S.ToBytes()]).Should().Be(expected);
        }
    }

    [Fact]
    public void Both_implementations_sign_alike_and_recover_each_others_signatures() =>
        Gen.Select(EthereumGen.Key, EthereumGen.Hash).Sample(
            (key, digest) =>
            {
                var ours = Managed.Sign(key.ToBytes(), digest);
                var theirs = Native.Sign(key.ToBytes(), digest);

                return ours == theirs
                    && Managed.PublicKey(key.ToBytes()).SequenceEqual(Native.PublicKey(key.ToBytes()))
                    && Secp256k1.Recover(Managed, digest, theirs) == key.Address
                    && Secp256k1.Recover(Native, digest, ours) == key.Address;
            },
            iter: 100);

    [Fact]
    public void Both_implementations_recover_the_same_from_signatures_that_nobody_made() =>
        Gen.Select(EthereumGen.Hash, EthereumGen.Hash, EthereumGen.Hash, Gen.Byte[0, 3]).Sample(
            (digest, r, s, recoveryId) =>
            {
                var signature = new EthSignature(r, s, recoveryId);

                return Secp256k1.Recover(Managed, digest, signature) == Secp256k1.Recover(Native, digest, signature);
            },
            iter: 300);

    [Fact]
    public void A_signature_survives_both_of_its_forms() =>
        Gen.Select(EthereumGen.Key, EthereumGen.Hash).Sample(
            (key, digest) =>
            {
                var signature = key.Sign(digest);
                var isCompactRead = EthSignature.TryFromCompact(signature.ToCompact(), out var compact);
                var isFullRead = EthSignature.TryFromBytes65(signature.ToBytes65(), out var full);

                return isCompactRead && isFullRead && compact == signature && full == signature;
            },
            iter: 100);

    [Fact]
    public void The_second_signature_of_a_digest_with_a_high_s_is_nobodys()
    {
        var digest = Keccak256.Hash("a");
        var signature = Eip2098Key.Sign(digest);
        var highS = new Hash32(HighHalfOf(signature.S));
        var mirrored = new EthSignature(signature.R, highS, (byte)(1 - signature.RecoveryId));
        byte[] bytes = [.. signature.R.ToBytes(), .. highS.ToBytes(), (byte)(27 + mirrored.RecoveryId)];

        Secp256k1.AddressOf(Managed.RecoverPublicKey(digest, mirrored)).Should().Be(Eip2098Key.Address);
        Secp256k1.Recover(digest, mirrored).Should().BeNull();
        EthSignature.TryFromBytes65(bytes, out _).Should().BeFalse();
        mirrored.Invoking(one => one.ToCompact()).Should().Throw<InvariantViolationException>();
    }

    [Theory]
    [InlineData(0, 1, 27)]
    [InlineData(1, 0, 27)]
    [InlineData(1, 1, 26)]
    [InlineData(1, 1, 29)]
    [InlineData(1, 1, 0)]
    public void Zeros_and_unknown_recovery_values_are_refused(byte r, byte s, byte v)
    {
        byte[] bytes = [.. new byte[31], r, .. new byte[31], s, v];

        EthSignature.TryFromBytes65(bytes, out _).Should().BeFalse();
        EthSignature.TryFromBytes65(bytes.AsSpan(1), out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0x01")]
    public void A_secret_outside_the_curves_order_is_no_key(string secret) =>
        FluentActions.Invoking(() => PrivateKey.FromBytes(Hex.Decode(secret))).Should().Throw<ArgumentException>();

    [Fact]
    public void The_largest_secret_is_a_key_and_never_shows_in_text()
    {
        var bytes = Hex.Decode("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140");

        var key = PrivateKey.FromBytes(bytes);

        key.ToBytes().Should().Equal(bytes);
        key.ToString().Should().Be($"Key of {key.Address}");
    }

    [Fact]
    public void Creating_a_key_draws_again_when_the_bytes_are_no_key()
    {
        var draws = new Queue<byte[]>([new byte[32], Eip2098Key.ToBytes()]);

        PrivateKey.Create(_ => draws.Dequeue()).Address.Should().Be(Eip2098Key.Address);
        FluentActions.Invoking(() => PrivateKey.Create(length => new byte[length]))
            .Should().Throw<CryptographicException>();
    }

    private static byte[] HighHalfOf(Hash32 s)
    {
        var high = Secp256k1.Order - new System.Numerics.BigInteger(s.ToBytes(), isUnsigned: true, isBigEndian: true);
        return high.ToByteArray(isUnsigned: true, isBigEndian: true);
    }
}
