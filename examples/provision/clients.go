package main

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// clientsOf returns one client for each account. All members of an account share it, and so its
// describe calls and its call rates. The accounts go to the simulator when there is one.
func clientsOf(accounts clouds.Accounts, sim *simulator) (map[string]*provider.Client, error) {
	clients := map[string]*provider.Client{}
	for _, name := range accounts.Names() {
		cfg, err := accounts.Config(name)
		if err != nil {
			return nil, err
		}
		if sim != nil {
			simulated(&cfg, sim)
		}
		if clients[name], err = clouds.New(cfg); err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// simulated sends the calls of an account to the simulator.
func simulated(cfg *clouds.Config, sim *simulator) {
	if c, err := clouds.New(*cfg); err == nil {
		cfg.Region = c.Region() // a profile may give it
	}
	cfg.Profile = ""
	cfg.Endpoint, cfg.EndpointFor = sim.URLs[cfg.Cloud], nil
	cfg.Credentials = provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
	cfg.Options.FirstLook = 3 * time.Second // simulated instances start fast
	cfg.Options.SearchFor = 3 * time.Second // and are visible at once
	cfg.Options.VisibleWithin = 20 * time.Second
}

// simulatedClouds are the clouds of the simulator by the names of the adapters.
func simulatedClouds() map[string]cloudsim.Cloud {
	return map[string]cloudsim.Cloud{
		"aliyun": cloudsim.ECS, "ens": cloudsim.ENS, "tencent": cloudsim.CVM, "qingcloud": cloudsim.QingCloud,
	}
}
