using System.Numerics;
using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Ethereum;

public sealed class TransactionTests
{
    [Fact]
    public void The_example_of_EIP_155_is_signed_as_in_the_EIP()
    {
        var transaction = new LegacyTransaction(
            1,
            9,
            20_000_000_000,
            21_000,
            EthAddress.Parse("0x3535353535353535353535353535353535353535"),
            BigInteger.Pow(10, 18),
            []);

        var signed = transaction.Sign(PrivateKey.FromBytes(Hex.Decode(string.Concat(Enumerable.Repeat("46", 32)))));

        transaction.SigningHash.ToString()
            .Should().Be("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
        Hex.Encode(signed.Raw).Should().Be(
            "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025"
            + "a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
            + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
    }

    // From the test data of ethereumjs (packages/tx, eip1559.json).
    [Fact]
    public void A_published_EIP_1559_transaction_is_signed_alike()
    {
        var key = PrivateKey.FromBytes(
            Hex.Decode("0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63"));
        var transaction = new Eip1559Transaction(
            4,
            819,
            75_853,
            121_212,
            35_552,
            EthAddress.Parse("0x000000000000000000000000000000000000aaaa"),
            43_203_529,
            []);

        var signed = transaction.Sign(key);

        Hex.Encode(signed.Raw).Should().Be(
            "0x02f86e048203338301284d8301d97c828ae094000000000000000000000000000000000000aaaa8402933bc980c080"
            + "a00f924cb68412c8f1cfd74d9b581c71eeaf94fff6abdde3e5b02ca6b2931dcf47"
            + "a07dd1c50027c3e31f8b565e25ce68a5072110f61fce5eee81b195dd51273c2f83");
        signed.Hash.Value.Should().Be(Keccak256.Hash(signed.Raw));
    }

    [Fact]
    public void A_transaction_without_a_receiver_creates_a_contract()
    {
        var key = PrivateKey.FromBytes(Keccak256.Hash("cow").ToBytes());

        var signed = new Eip1559Transaction(1, 0, 1, 2, 100_000, null, 0, [0x60, 0x00]).Sign(key);

        var fields = Rlp.Decode(signed.Raw.AsSpan(1)).Items;
        fields.Should().HaveCount(12);
        fields[5].Bytes.Should().BeEmpty();
        fields[7].Bytes.Should().Equal(0x60, 0x00);
    }
}
