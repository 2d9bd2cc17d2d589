using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Ethereum;

/// <summary>The <c>Mail</c> example of EIP-712, with every intermediate value its reference gives.</summary>
public sealed class Eip712Tests
{
    private const string PersonType = "Person(string name,address wallet)";
    private const string MailType = "Mail(Person from,Person to,string contents)" + PersonType;

    private static readonly Eip712Domain Domain = new(
        "Ether Mail", "1", 1, EthAddress.Parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"));

    private static readonly Hash32 Mail = Eip712.HashStruct(
        MailType,
        Person("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
        Person("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"),
        Eip712.HashString("Hello, Bob!"));

    [Fact]
    public void Types_domain_struct_and_digest_are_those_of_the_EIP()
    {
        Eip712.TypeHash(MailType).ToString()
            .Should().Be("0xa0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2");
        Domain.Separator.ToString()
            .Should().Be("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
        Mail.ToString()
            .Should().Be("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
        Eip712.Digest(Domain, Mail).ToString()
            .Should().Be("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    }

    [Fact]
    public void The_cow_signs_as_in_the_EIP()
    {
        var cow = PrivateKey.FromBytes(Keccak256.Hash("cow").ToBytes());

        var signature = cow.Sign(Eip712.Digest(Domain, Mail));

        cow.Address.Should().Be(EthAddress.Parse("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"));
        Hex.Encode(signature.ToBytes65()).Should().Be(
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
            + "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"
            + "1c");
    }

    [Fact]
    public void Words_are_padded_as_their_types_are()
    {
        Eip712.Word(true).ToString().Should().EndWith("01");
        Eip712.Word(false).IsZero.Should().BeTrue();
        Eip712.Word(ulong.MaxValue).Should().Be(Eip712.Word((System.Numerics.BigInteger)ulong.MaxValue));
        Eip712.HashArray(Mail, Mail).Should().Be(Eip712.HashBytes([.. Mail.ToBytes(), .. Mail.ToBytes()]));
    }

    private static Hash32 Person(string name, string wallet) => Eip712.HashStruct(
        PersonType, Eip712.HashString(name), Eip712.Word(EthAddress.Parse(wallet)));
}
