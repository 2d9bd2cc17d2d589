using FluentAssertions;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Ethereum;

public sealed class KeccakAndAddressTests
{
    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    public void Keccak_pads_as_the_original_submission_did(string text, string hash) =>
        Keccak256.Hash(text).ToString().Should().Be(hash);

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    public void Addresses_are_written_with_the_checksum_of_EIP_55(string address)
    {
        EthAddress.Parse(address.ToLowerInvariant()).ToString().Should().Be(address);
        EthAddress.Parse(address).Should().Be(EthAddress.Parse(address.ToLowerInvariant()));
    }
}
