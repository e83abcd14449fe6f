" Sheets of mlsysim.
autocmd BufRead,BufNewFile *.sheet setfiletype mlsysim
