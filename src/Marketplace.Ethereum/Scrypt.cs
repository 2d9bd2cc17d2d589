using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Marketplace.Ethereum;

/// <summary>The memory-hard key derivation of RFC 7914.</summary>
/// <remarks>
/// BouncyCastle's refuses n above 65535 with r = 1, which the RFC forbids and which the published test vector of Web3
/// Secret Storage uses all the same; wallets open such files.
/// </remarks>
internal static class Scrypt
{
    private const int WordsPerSalsa = 16;

    /// <param name="n">A power of two; the memory is 128 * n * r bytes.</param>
    public static byte[] Derive(byte[] password, byte[] salt, int n, int r, int p, int byteCount)
    {
        var blockBytes = 128 * r;
        var blocks = Pbkdf2(password, salt, p * blockBytes);
        var memory = new uint[n][];
        for (var block = 0; block < p; block++)
        {
            Mix(MemoryMarshal.Cast<byte, uint>(blocks.AsSpan(block * blockBytes, blockBytes)), memory);
        }

        return Pbkdf2(password, blocks, byteCount);
    }

    private static byte[] Pbkdf2(byte[] password, byte[] salt, int byteCount) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, byteCount);

    // scryptROMix. The words are little-endian, as is every machine this runs on.
    private static void Mix(Span<uint> block, uint[][] memory)
    {
        var current = block.ToArray();
        var mixed = new uint[current.Length];
        for (var index = 0; index < memory.Length; index++)
        {
            memory[index] ??= new uint[current.Length];
            current.CopyTo(memory[index], 0);
            MixBlock(current, mixed);
            (current, mixed) = (mixed, current);
        }

        for (var index = 0; index < memory.Length; index++)
        {
            var chosen = memory[current[^WordsPerSalsa] & (uint)(memory.Length - 1)];
            Xor(current, chosen);
            MixBlock(current, mixed);
            (current, mixed) = (mixed, current);
        }

        current.CopyTo(block);
    }

    // scryptBlockMix: even blocks first, odd blocks after.
    private static void MixBlock(ReadOnlySpan<uint> input, Span<uint> output)
    {
        Span<uint> carried = stackalloc uint[WordsPerSalsa];
        input[^WordsPerSalsa..].CopyTo(carried);
        var blockCount = input.Length / WordsPerSalsa;
        for (var index = 0; index < blockCount; index++)
        {
            Xor(carried, input.Slice(index * WordsPerSalsa, WordsPerSalsa));
            Salsa8(carried);
            var place = (index / 2) + (index % 2 == 0 ? 0 : blockCount / 2);
            carried.CopyTo(output[(place * WordsPerSalsa)..]);
        }
    }

    private static void Xor(Span<uint> target, ReadOnlySpan<uint> other)
    {
        for (var index = 0; index < target.Length; index++)
        {
            target[index] ^= other[index];
        }
    }

    private static void Salsa8(Span<uint> block)
    {
        Span<uint> x = stackalloc uint[WordsPerSalsa];
        block.CopyTo(x);
        for (var round = 0; round < 4; round++)
        {
            Quarter(ref x[0], ref x[4], ref x[8], ref x[12]);
            Quarter(ref x[5], ref x[9], ref x[13], ref x[1]);
            Quarter(ref x[10], ref x[14], ref x[2], ref x[6]);
            Quarter(ref x[15], ref x[3], ref x[7], ref x[11]);
            Quarter(ref x[0], ref x[1], ref x[2], ref x[3]);
            Quarter(ref x[5], ref x[6], ref x[7], ref x[4]);
            Quarter(ref x[10], ref x[11], ref x[8], ref x[9]);
            Quarter(ref x[15], ref x[12], ref x[13], ref x[14]);
        }

        for (var index = 0; index < WordsPerSalsa; index++)
        {
            block[index] = unchecked(block[index] + x[index]); // Salsa20 adds modulo 2^32
        }
    }

    // Salsa20 adds modulo 2^32: overflow is meant.
    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        unchecked
        {
            b ^= BitOperations.RotateLeft(a + d, 7);
            c ^= BitOperations.RotateLeft(b + a, 9);
            d ^= BitOperations.RotateLeft(c + b, 13);
            a ^= BitOperations.RotateLeft(d + c, 18);
        }
    }
}
